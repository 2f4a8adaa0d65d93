# The audit as a task of ECS, every night. It reads its settings from the image or a mounted file system, keeps its
# history on EFS, and works as a role that may do what `secretrail policy` prints, and nothing else.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "image" {
  description = "The image, built from ../Containerfile."
  type        = string
}

variable "cluster_arn" {
  type = string
}

variable "subnets" {
  type = list(string)
}

variable "security_groups" {
  type = list(string)
}

variable "file_system_id" {
  description = "EFS, for the history."
  type        = string
}

data "aws_region" "current" {}

data "aws_iam_policy_document" "by_ecs" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
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

resource "aws_iam_role" "start" {
  name               = "secretrail-start"
  assume_role_policy = data.aws_iam_policy_document.by_ecs.json
}

resource "aws_iam_role_policy_attachment" "start" {
  role       = aws_iam_role.start.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
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
    command                = ["audit", "--no-progress", "--settings", "/history/secretrail.toml", "--history", "/history/audit.db", "--only-new", "--jitter", "600"]
    mountPoints            = [{ sourceVolume = "history", containerPath = "/history" }]
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
    }
  }
}

data "aws_iam_policy_document" "start" {
  statement {
    actions   = ["ecs:RunTask"]
    resources = [aws_ecs_task_definition.audit.arn]
  }
  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.audit.arn, aws_iam_role.start.arn]
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
