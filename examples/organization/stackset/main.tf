# The same role in all accounts of the organisation, those that come later too: a CloudFormation stack set. Apply this in
# the management account, or in the delegated administrator's of CloudFormation.

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
  description = "What secretrail.toml has as external-id."
  type        = string
}

variable "organizational_units" {
  description = "Where the role is made: r-... for the whole organisation, ou-... for a part of it."
  type        = list(string)
}

resource "aws_cloudformation_stack_set" "audit" {
  name             = "secretrail-audit"
  description      = "The role that secretrail assumes to read users, roles and policies."
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Resources = {
      Audit = {
        Type = "AWS::IAM::Role"
        Properties = {
          RoleName           = "secretrail-audit"
          MaxSessionDuration = 3600
          AssumeRolePolicyDocument = {
            Version = "2012-10-17"
            Statement = [{
              Effect    = "Allow"
              Action    = "sts:AssumeRole"
              Principal = { AWS = var.auditor }
              Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
            }]
          }
          Policies = [{
            PolicyName     = "secretrail"
            PolicyDocument = jsondecode(data.aws_iam_policy_document.secretrail.json)
          }]
        }
      }
    }
  })

  # AWS sets it by itself.
  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_set_instance" "audit" {
  stack_set_name = aws_cloudformation_stack_set.audit.name

  deployment_targets {
    organizational_unit_ids = var.organizational_units
  }
}
