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
