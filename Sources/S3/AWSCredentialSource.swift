/// Where credentials come from, in the order of the AWS tools.
enum AWSCredentialSource: Sendable, Equatable {
    /// From nowhere: requests are not signed.
    case nobody
    /// They are in the environment.
    case environment
    /// They are in the files of a profile.
    case profile(String)
    /// A token in a file, of Kubernetes for instance, is exchanged for credentials of a role.
    case webIdentity(tokenFile: String, role: String, session: String, region: String)
    /// The container's host has them.
    case container
    /// The machine's host may have them; if not, requests are not signed.
    case instance

    /// The source by `profile`, which is called `name` and was named by an option if it `isExplicit`, and `environment`. Throws if the profile
    /// needs what is not supported.
    init(
        _ profile: AWSProfile?, named name: String, isExplicit: Bool, _ environment: AWSEnvironment, region: String
    ) throws(AWSError) {
        if !isExplicit, environment["AWS_ACCESS_KEY_ID"] != nil, environment["AWS_SECRET_ACCESS_KEY"] != nil {
            self = .environment
            return
        }
        func webIdentity(_ file: String?, _ role: String?, _ session: String?) -> AWSCredentialSource? {
            guard let file = environment.path(file), let role else { return nil }
            return .webIdentity(tokenFile: file, role: role, session: session ?? "zarrwlr", region: region)
        }
        let ofProfile = webIdentity(
            profile?["web_identity_token_file"], profile?["role_arn"], profile?["role_session_name"])
        let ofEnvironment =
            isExplicit
            ? nil
            : webIdentity(
                environment["AWS_WEB_IDENTITY_TOKEN_FILE"], environment["AWS_ROLE_ARN"],
                environment["AWS_ROLE_SESSION_NAME"])
        if let identity = ofProfile ?? ofEnvironment {
            self = identity
        } else if profile?["aws_access_key_id"] != nil, profile?["aws_secret_access_key"] != nil,
            profile?["role_arn"] == nil
        {
            self = .profile(name)
        } else if let setting = ["role_arn", "sso_session", "sso_start_url", "credential_process"].first(where: {
            profile?[$0] != nil
        }) {
            throw AWSError(
                "the profile '\(name)' has \(setting), which is not supported; export its credentials as environment "
                    + "variables: eval \"$(aws configure export-credentials --format env)\"")
        } else if environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] != nil
            || environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != nil
        {
            self = .container
        } else {
            self = environment.isTrue("AWS_EC2_METADATA_DISABLED") ? .nobody : .instance
        }
    }
}
