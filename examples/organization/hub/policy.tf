# Made by: secretrail policy --surface account --role secretrail-audit --terraform
data "aws_iam_policy_document" "secretrail" {
  statement {
    sid       = "AccountWideReads"
    effect    = "Allow"
    resources = ["*"]

    actions = [
      "iam:GenerateCredentialReport",
      "iam:GetCredentialReport",
      "iam:GetAccountSummary",
      "iam:ListVirtualMFADevices",
      "iam:GetAccountAuthorizationDetails",
      "iam:ListOrganizationsFeatures",
      "iam:GetAccountPasswordPolicy",
    ]
  }

  statement {
    sid       = "AccountsOfOrganization"
    effect    = "Allow"
    resources = ["*"]

    actions = [
      "organizations:ListAccounts",
    ]
  }

  statement {
    sid       = "RolesOfAccounts"
    effect    = "Allow"
    resources = ["arn:aws:iam::*:role/secretrail-audit"]

    actions = [
      "sts:AssumeRole",
    ]
  }

  statement {
    sid       = "NeverDecrypt"
    effect    = "Deny"
    resources = ["*"]

    actions = [
      "kms:Decrypt",
    ]

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["ssm.*.amazonaws.com"]
    }
  }

  statement {
    sid       = "NoBulkValueReads"
    effect    = "Deny"
    resources = ["*"]

    actions = [
      "ssm:GetParameters",
      "ssm:GetParametersByPath",
      "ssm:GetParameterHistory",
    ]
  }
}
