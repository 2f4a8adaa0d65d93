terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = var.region
}

data "aws_vpc" "main" {
  tags = { Name = "${var.project}-main" }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }
  tags = { Tier = "private" }
}

module "app" {
  source = "./modules/app"

  project           = var.project
  region            = var.region
  domain            = "paperclip.example.com"
  release           = var.release
  instance_type     = "t3.large"
  vpc_id            = data.aws_vpc.main.id
  subnet_id         = data.aws_subnets.private.ids[0]
  anthropic_api_key = var.anthropic_api_key
}

module "worker" {
  source = "./modules/worker"

  project   = var.project
  region    = var.region
  release   = var.release
  subnet_id = data.aws_subnets.private.ids[0]
}
