variable "project" {
  type = string
}

variable "region" {
  type = string
}

variable "release" {
  type = string
}

variable "subnet_id" {
  type = string
}

variable "api_key_parameter_name" {
  description = "The name of a SecureString parameter."
  type        = string
}
