//! Names as they stand in real Terraform trees, both sides.

use proptest::prelude::*;

use super::*;
use table::NameTable;

const STRONG: &str = "
    db_password password admin_password master_password masterPassword MasterUserPassword adminPass dbPass db_pass
    MYSQL_PWD MYSQL_ROOT_PASSWORD PGPASSWORD POSTGRES_PASSWORD SSHPASS REDISCLI_AUTH passwd root_passwd passphrase
    ssh_passphrase passcode administrator_login_password sasl_password keystore_password truststorePassword
    spring.datasource.password spring.redis.password db-password DB-PASSWORD password1 password_2 db_password_prod
    db_password_value default_password initial_password password_wo password_plaintext password_base64 new_password
    root_pw rootpw bindpw rds_master_password passwords user_passwords passwordForDb password_for_db
    api_key apiKey API_KEY apikey ANTHROPIC_API_KEY anthropic_api_key OPENAI_API_KEY DATADOG_API_KEY datadog_app_key dd_api_key
    x-api-key stripeApiKey new_relic_license_key license_key LICENSE_KEY google_api_keys cloudflare_api_key
    private_key privateKey private_key_pem private_key_pkcs8 ssh_private_key tls_private_key_pem PRIVATE_KEY_BASE64 privatekey
    client_secret clientSecret CLIENT_SECRET oauth_client_secret secret secret_string secretString jwt_secret app_secret
    session_secret webhook_secret shared_secret radius_shared_secret SECRET_KEY_BASE django_secret_key nextauth_secret cookie_secret
    secret_key secretKey aws_secret_key secret_access_key AWS_SECRET_ACCESS_KEY awsSecretAccessKey minio_secret_key secret_binary
    token github_token GITHUB_TOKEN githubToken vault_token join_token k3s_token bot_token slack_bot_token access_token refresh_token
    auth_token authToken npm_auth_token AWS_SESSION_TOKEN bearer_token personal_access_token registration_token runner_token
    deploy_token bootstrap_token id_token api_token cloudflare_api_token do_token hcloud_token tokenValue github_oauth_token
    auth_key authkey tailscale_auth_key encryption_key encryptionKey signing_key cookie_signing_key hmac_key master_key RAILS_MASTER_KEY
    storage_account_key account_key primary_access_key secondary_access_key access_key shared_access_key shared_key pre_shared_key
    tunnel1_preshared_key psk wifi_psk unseal_key unseal_keys recovery_key deploy_key gossip_encryption_key activation_code
    connection_string connectionString primary_connection_string AzureWebJobsStorageConnectionString db_conn_str kubeconfig kube_config
    kube_config_raw kubeconfig_raw id_rsa id_ed25519 github_pat azure_devops_pat client_key clientKeyData tls_key server_key
    service_account_key service_account_json dockerconfigjson .dockerconfigjson docker_config_json htpasswd sas_token mnemonic
    integration_key subscription_key secret_id_vault_secret_id vault_approle_secret_id splunk_hec_token SPLUNK_PASSWORD
    var.db_password local.secrets.db_password connection.password admin_user_password grafana_admin_password requirepass
    elasticsearchPassword ELASTIC_PASSWORD rabbitmq_password rabbitmq_erlang_cookie secret_cookie RELEASE_COOKIE rabbitmq_cookie RABBITMQ_ERLANG_COOKIE WG_PRIVATE_KEY gitlab_runner_token smtp_pass
    ldap_bind_password bind_password winrm_password domain_join_password domainPassword sudo_pass ansible_become_pass
    sonar_token SENTRY_AUTH_TOKEN TF_VAR_db_password TF_TOKEN_app_terraform_io_token argocd_admin_password jenkins_admin_password
    rds_password_gitlab rds_password_gitaly password_grafana api_key_payments db_password_app1 passwords_tenants
    adminPasswordKeycloak private_key_bastion client_secret_okta_prod access_token_github_com password_a_b
    fernet_key AIRFLOW__CORE__FERNET_KEY AIRFLOW__WEBSERVER__SECRET_KEY webserver_secret_key n8n_encryption_key
    aes_key cookie_key node_token k3s_node_token jwt_signing_key JWT_SECRET tsig_key VAULT_ROOT_TOKEN
    service_role_key supabase_service_role_key SUPABASE_SERVICE_KEY meta_crypto_key PG_META_CRYPTO_KEY
";

const WEAK: &str = "
    pass pw pwd credentials credential aws_credentials creds access_key_id AWS_ACCESS_KEY_ID accessKeyId aws_access_key ssh_key
    webhook_url slack_webhook_url slack_webhook dsn sentry_dsn SENTRY_DSN database_url DATABASE_URL redis_url pfx secrets app_secrets
    tokens pat routing_key basic_auth docker_auth salt connection_url mongodb_uri host_key write_key community_string keytab
    VAULT_LICENSE ent_license tfe_license kubeadm_join_command client_ovpn service_key crypto_key
";

const NEVER: &str = "
    secret_name secretName secret_arn secret_id secretId secret_arns secret_path secret_version secret_type secret_prefix
    secrets_prefix secret_manager_region secrets_manager_arn secret_store_name secretRef secret_key_ref secretKeyRef secret_ref
    existing_secret existingSecret imagePullSecrets image_pull_secrets kubernetes_secret google_secret_manager_secret
    azurerm_key_vault_secret secretsmanager_secret secret_rotation_days secret_recovery_window external_secret_store
    token_ttl token_url tokenUrl token_endpoint token_type token_expiry token_validity_units token_max_ttl token_policies
    token_name token_id token_arn token_file AWS_WEB_IDENTITY_TOKEN_FILE token_path token_lifetime token_duration tokenizer
    next_token nextToken NextToken nextPageToken max_tokens maxTokens http_tokens client_request_token clientToken idempotency_token
    continuation_token csrf_token starting_token number_of_tokens use_token enable_token automount_service_account_token
    automountServiceAccountToken completion_tokens generate_token
    public_key publicKey ssh_public_key sshPublicKey public_key_pem public_key_openssh public_keys ssh_authorized_keys authorized_key
    public_api_key publishable_key kms_key_id kms_key_arn kms_key kmsKeyId kms_master_key_id key_name keyName key_pair key_pair_name
    key_vault_id key_vault_name key_id key_arn key_alias key_version key_type key_usage key_policy key_rotation_enabled key_size
    key_spec key_ops key_length sort_key primary_key partition_key hash_key range_key foreign_key object_key s3_key s3_object_key
    state_key cache_key map_key tag_key kms_keys keys keyring bucket_key_enabled api_key_id api_key_name api_key_source
    api_key_required api_key_arn license_key_name KUBECONFIG eks_update_kubeconfig hotkey monkey turkey keyboard keystone keyspace_name idempotency_key dedupe_key
    private_key_file private_key_path privateKeyPath private_key_filename private_key_secret_name ssh_private_key_file
    password_policy passwordPolicy password_length password_enabled passwordEnabled password_last_changed password_reset_required
    password_version password_wo_version password_file PASSWORD_FILE POSTGRES_PASSWORD_FILE password_secret_name password_secret_arn
    password_ssm_parameter password_parameter_name password_arn password_hash hashed_password encrypted_password password_prefix
    minimum_password_length require_password enable_password disable_password_authentication manage_master_user_password
    is_password has_password allow_password_reset password_rotation_days password_rules passwordless passwordless_login
    enable_secret rotate_secret create_secret useToken ignore_secret skip_password generate_password
    passive bypass compass passthrough pass_through passport surpass password_data_length bypass_policy_lockout_safety_check
    credential_helper credHelpers credentials_file GOOGLE_APPLICATION_CREDENTIALS shared_credentials_files credential_type
    username user_name region name id arn description tags enabled instance_type PWD OLDPWD path patch pattern dispatch
    author authority authorization authentication authorizer_id oauth_scopes auth_method auth_url auth_type authoring
    connection_string_name connection_name cert_pem certificate certificate_arn ca_certificate ca_cert client_certificate
    client_certificate_data webhook_id webhook_name pat_enabled spatial dsn_name salt_master_ip license license_type
    license_model tfe_license_secret_id license_file vault_license_path google_kms_crypto_key fernet_key_name
    path_to_private_key name_of_secret time_to_live secretary tokenized undertoken_count access_keys_enabled
    password_gitlab_length password_gitlab_arn api_key_payments_id private_key_bastion_path client_secret_okta_name
    password_special_chars password_min_upper password_reuse_prevention password_change_required api_key_header_name
    api_key_stage_name private_key_algorithm secret_key_gitlab_ref password_authentication_enabled token_gitlab_url
    connection_string_template password_login_allowed access_token_validity access_token_validity_units api_key_usage_plan
    cookie_name cookieName session_cookie_domain secure_cookie http_only_cookie cookie_expiry cookie_secure cookie_ttl
    access_key_last_used access_key_rotation access_key_age password_age max_password_age PASS_MAX_DAYS
    password-stdin api_key_stdin token-stdin passphrase-stdin service_key_id service_key_name service_key_path crypto_key_id
    crypto_key_arn cloud_kms_crypto_key service_role_key_arn public_service_key service_role_keys_path
";

#[test]
fn strong_names_say_secret() {
    for name in STRONG.split_whitespace() {
        let confidence = says_secret(name).map(|verdict| verdict.confidence);
        assert_eq!(confidence, Some(Confidence::Medium), "{name}");
    }
}

#[test]
fn weak_names_say_it_with_low_confidence() {
    for name in WEAK.split_whitespace() {
        let confidence = says_secret(name).map(|verdict| verdict.confidence);
        assert_eq!(confidence, Some(Confidence::Low), "{name}");
    }
}

#[test]
fn names_of_other_things_say_nothing() {
    for name in NEVER.split_whitespace() {
        assert_eq!(says_secret(name), None, "{name}");
    }
}

#[test]
fn a_verdict_names_the_words_that_said_so() {
    assert_eq!(says_secret("stripe_api_key").map(|verdict| verdict.word), Some("api key"));
    assert_eq!(says_secret("PGPASSWORD").map(|verdict| verdict.word), Some("password"));
}

#[test]
fn the_shipped_table_is_readable_and_lower_case() {
    assert!(NameTable::parse(include_str!("../../../rules/names.toml")).is_ok());
    let text = include_str!("../../../rules/names.toml");
    let names_only = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("exactly_not"));
    for line in names_only {
        assert!(!line.split('#').next().unwrap().bytes().any(|byte| byte.is_ascii_uppercase()), "{line}");
    }
}

proptest! {
    #[test]
    fn any_text_is_judged_without_a_panic(name in "\\PC{0,400}") {
        let _ = says_secret(&name);
    }

    #[test]
    fn styles_do_not_change_the_verdict(words in prop::collection::vec("[a-z]{2,8}", 1..4), tail in "(password|token|key_id|api_key|ttl)") {
        let snake = format!("{}_{tail}", words.join("_"));
        let kebab = snake.replace('_', "-");
        let screaming = snake.to_uppercase();
        prop_assert_eq!(says_secret(&snake), says_secret(&kebab));
        prop_assert_eq!(says_secret(&snake), says_secret(&screaming));
    }
}
