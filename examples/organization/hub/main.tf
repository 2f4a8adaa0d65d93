# What the auditor may do, in the account from which all are audited: list the accounts, assume the role in each, and
# read its own account.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "auditor_role" {
  description = "Name of the role that the scheduled job has."
  type        = string
}

resource "aws_iam_role_policy" "auditor" {
  name   = "secretrail"
  role   = var.auditor_role
  policy = data.aws_iam_policy_document.secretrail.json
}
