variable "project" {
  description = "Prefix of all names and tags."
  type        = string
  default     = "paperclip"
}

variable "region" {
  description = "Where everything runs."
  type        = string
  default     = "eu-central-1"
}

variable "release" {
  description = "The version of the app to install."
  type        = string
  default     = "2.14.0"
}

variable "api_key_parameter_name" {
  description = "Where Parameter Store holds the key of the API that the agents call (a SecureString)."
  type        = string
  default     = "/paperclip-app/anthropic/api-key"
}
