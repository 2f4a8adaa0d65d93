data "aws_ami" "ubuntu" {
  most_recent = true
  owners      = ["099720109477"] # Canonical

  filter {
    name   = "name"
    values = ["ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*"]
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "worker" {
  name_prefix        = "${var.project}-worker-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_region" "this" {}

data "aws_caller_identity" "this" {}

data "aws_iam_policy_document" "read_api_key" {
  statement {
    actions   = ["ssm:GetParameter"]
    resources = ["arn:aws:ssm:${data.aws_region.this.name}:${data.aws_caller_identity.this.account_id}:parameter${var.api_key_parameter_name}"]
  }
}

resource "aws_iam_role_policy" "read_api_key" {
  name_prefix = "read-api-key-"
  role        = aws_iam_role.worker.id
  policy      = data.aws_iam_policy_document.read_api_key.json
}

resource "aws_iam_instance_profile" "worker" {
  name_prefix = "${var.project}-worker-"
  role        = aws_iam_role.worker.name
}

resource "aws_launch_template" "worker" {
  name_prefix   = "${var.project}-worker-"
  image_id      = data.aws_ami.ubuntu.id
  instance_type = "t3.medium"

  iam_instance_profile {
    name = aws_iam_instance_profile.worker.name
  }

  user_data = base64encode(templatefile("${path.module}/user_data.sh", {
    region                 = var.region
    release                = var.release
    api_key_parameter_name = var.api_key_parameter_name
  }))

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2 # the container asks for the role's credentials too
  }
}

resource "aws_autoscaling_group" "worker" {
  name_prefix         = "${var.project}-worker-"
  min_size            = 1
  max_size            = 4
  vpc_zone_identifier = [var.subnet_id]

  launch_template {
    id      = aws_launch_template.worker.id
    version = aws_launch_template.worker.latest_version
  }
}
