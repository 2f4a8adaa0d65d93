# The audit as a task of ECS, every night. It reads its settings from the image or a mounted file system, keeps its
# history on EFS, and works as a role that may do what `secretrail policy` prints, and nothing else. On EFS one job has one
# history: SQLite does not share a file between machines.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }
}

variable "image" {
  description = "The image, built from ../Containerfile, by its digest."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by its digest: what runs as this role must not change behind your back."
  }
}

variable "cluster_arn" {
  description = "The cluster that the task runs in."
  type        = string
}

variable "subnets" {
  description = "Private ones, with a way to AWS."
  type        = list(string)
}

variable "security_groups" {
  description = "To 443 of AWS and of whom you tell, and to 2049 of the file system; nothing comes in."
  type        = list(string)
}

variable "file_system_id" {
  description = "EFS, for the history."
  type        = string
}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "by_ecs" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "by_scheduler" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "audit" {
  name               = "secretrail-audit"
  assume_role_policy = data.aws_iam_policy_document.by_ecs.json
}

# secretrail policy > policy.json
resource "aws_iam_role_policy" "audit" {
  name   = "read-only"
  role   = aws_iam_role.audit.id
  policy = file("${path.module}/policy.json")
}

# The history belongs to the user of the image, whoever else uses the file system.
resource "aws_efs_access_point" "history" {
  file_system_id = var.file_system_id

  posix_user {
    uid = 65532
    gid = 65532
  }

  root_directory {
    path = "/secretrail"
    creation_info {
      owner_uid   = 65532
      owner_gid   = 65532
      permissions = "0700"
    }
  }
}

data "aws_iam_policy_document" "history" {
  statement {
    actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_access_point.history.file_system_arn]
    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.history.arn]
    }
  }
}

resource "aws_iam_role_policy" "history" {
  name   = "history"
  role   = aws_iam_role.audit.id
  policy = data.aws_iam_policy_document.history.json
}

resource "aws_iam_role" "start" {
  name               = "secretrail-start"
  assume_role_policy = data.aws_iam_policy_document.by_ecs.json
}

resource "aws_iam_role_policy_attachment" "start" {
  role       = aws_iam_role.start.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_cloudwatch_log_group" "audit" {
  name              = "/secretrail/audit"
  retention_in_days = 90
}

resource "aws_ecs_task_definition" "audit" {
  family                   = "secretrail"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  task_role_arn            = aws_iam_role.audit.arn
  execution_role_arn       = aws_iam_role.start.arn

  container_definitions = jsonencode([{
    name                   = "secretrail"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    user                   = "65532:65532"
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    command                = ["audit", "--no-progress", "--settings", "/history/secretrail.toml", "--history", "/history/audit.db", "--only-new", "--jitter", "600"]
    mountPoints = [
      { sourceVolume = "history", containerPath = "/history" },
      { sourceVolume = "tmp", containerPath = "/tmp" },
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.audit.name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = "audit"
      }
    }
  }])

  volume {
    name = "history"
    efs_volume_configuration {
      file_system_id     = var.file_system_id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.history.id
        iam             = "ENABLED"
      }
    }
  }

  # Of the task, and gone with it.
  volume {
    name = "tmp"
  }
}

data "aws_iam_policy_document" "start" {
  statement {
    actions   = ["ecs:RunTask"]
    resources = [aws_ecs_task_definition.audit.arn]
    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [var.cluster_arn]
    }
  }
  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.audit.arn, aws_iam_role.start.arn]
    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "schedule" {
  name               = "secretrail-schedule"
  assume_role_policy = data.aws_iam_policy_document.by_scheduler.json
}

resource "aws_iam_role_policy" "schedule" {
  name   = "start"
  role   = aws_iam_role.schedule.id
  policy = data.aws_iam_policy_document.start.json
}

resource "aws_scheduler_schedule" "nightly" {
  name                = "secretrail"
  schedule_expression = "cron(15 3 * * ? *)"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 10
  }

  target {
    arn      = var.cluster_arn
    role_arn = aws_iam_role.schedule.arn

    # A task that could not be started is started again for an hour, not all day.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 3
    }

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.audit.arn
      launch_type         = "FARGATE"
      network_configuration {
        subnets         = var.subnets
        security_groups = var.security_groups
      }
    }
  }
}
