# The role that secretrail assumes, in one account: apply this in each account that is audited.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "auditor" {
  description = "ARN of the role or user that asks, in the account from which all are audited."
  type        = string
}

variable "external_id" {
  description = "What secretrail.toml has as external-id. No secret: it keeps others who may use the auditor from naming this role."
  type        = string
}

data "aws_iam_policy_document" "trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.auditor]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}

resource "aws_iam_role" "audit" {
  name                 = "secretrail-audit"
  description          = "secretrail reads users, roles and policies. It reads no secret and changes nothing."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "audit" {
  name   = "secretrail"
  role   = aws_iam_role.audit.id
  policy = data.aws_iam_policy_document.secretrail.json
}
