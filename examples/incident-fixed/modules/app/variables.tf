variable "project" {
  type = string
}

variable "region" {
  type = string
}

variable "domain" {
  description = "The name that nginx answers to."
  type        = string
}

variable "release" {
  type = string
}

variable "instance_type" {
  type    = string
  default = "t3.medium"
}

variable "vpc_id" {
  type = string
}

variable "subnet_id" {
  type = string
}

variable "api_key_parameter_name" {
  description = "The name of a SecureString parameter."
  type        = string
}
