import Foundation
import HTTP
import TestSupport
import Testing

@testable import S3

/// Where settings and credentials are found, and which of several counts.
struct AWSSettingsTests {
    /// An environment with `variables` and a user whose files have these texts.
    private func with(
        _ variables: [String: String], config: String? = nil, credentials: String? = nil,
        _ body: (AWSEnvironment) throws -> Void
    ) throws {
        try TestFiles.withTemporaryDirectory { home in
            let folder = home.appending(path: ".aws")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (name, text) in [("config", config), ("credentials", credentials)] {
                try text.map { try Data($0.utf8).write(to: folder.appending(path: name)) }
            }
            let all = variables.merging(["HOME": home.path]) { first, _ in first }
            try body(AWSEnvironment { all[$0] })
        }
    }

    private func wishes(_ set: (inout AWSSettings.Wishes) -> Void) -> AWSSettings.Wishes {
        var wishes = AWSSettings.Wishes()
        set(&wishes)
        return wishes
    }

    private static let config = """
        # a comment
        [default]
        region = eu-west-1
        [profile  lab]
        region=eu-central-1
        endpoint_url = https://s3.lab.example:9000/
        s3 =
          addressing_style = path
        [profile role]
        role_arn = arn:aws:iam::1:role/r
        web_identity_token_file = ~/token
        [profile sso]
        sso_session = s
        [services x]
        region = no
        """
    private static let credentials = """
        [default]
        aws_access_key_id = DEFAULTKEY
        aws_secret_access_key = default/secret=
        [lab]
        aws_access_key_id=LABKEY
        aws_secret_access_key=labsecret
        aws_session_token=labtoken
        region = us-west-2
        """

    private func credentials(
        _ wishes: AWSSettings.Wishes, _ environment: AWSEnvironment
    ) throws -> AWSCredentials? {
        try AWSCredentialProvider(try AWSSettings(wishes, environment).source, environment).credentials()
    }

    @Test func `without any settings it is AWS in its first region`() throws {
        try with(["AWS_EC2_METADATA_DISABLED": "true"]) { environment throws in
            let settings = try AWSSettings(.init(), environment)
            #expect(settings.region == "us-east-1" && settings.endpoint == "https://s3.us-east-1.amazonaws.com")
            #expect(settings.source == .nobody)
            #expect(try credentials(.init(), environment) == nil)
        }
    }

    @Test func `an option counts before the environment, and that before the files`() throws {
        let named = ["AWS_REGION": "r1", "AWS_DEFAULT_REGION": "r2", "AWS_ENDPOINT_URL": "http://e1:80"]
        try with(named, config: Self.config, credentials: Self.credentials) { environment throws in
            let settings = try AWSSettings(.init(), environment)
            #expect(settings.region == "r1" && settings.endpoint == "http://e1")
            let wished = try AWSSettings(
                wishes {
                    $0.region = "r0"
                    $0.endpoint = "https://e0"
                }, environment)
            #expect(wished.region == "r0" && wished.endpoint == "https://e0")
        }
        try with(["AWS_DEFAULT_REGION": "r2", "AWS_ENDPOINT_URL_S3": "http://e3", "AWS_ENDPOINT_URL": "http://e1"]) {
            let settings = try AWSSettings(.init(), $0)
            #expect(settings.region == "r2" && settings.endpoint == "http://e3")
        }
        try with([:], config: Self.config, credentials: Self.credentials) { environment throws in
            #expect(try AWSSettings(.init(), environment).endpoint == "https://s3.eu-west-1.amazonaws.com")
        }
    }

    @Test func `credentials are those of the environment, and else of the default profile`() throws {
        let key = ["AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "envsecret", "AWS_SESSION_TOKEN": "t"]
        try with(key, config: Self.config, credentials: Self.credentials) { environment throws in
            let expected = AWSCredentials(accessKey: "ENVKEY", secretKey: "envsecret", sessionToken: "t")
            #expect(try credentials(.init(), environment) == expected)
            // One that is named counts first.
            let lab = AWSCredentials(accessKey: "LABKEY", secretKey: "labsecret", sessionToken: "labtoken")
            #expect(try credentials(wishes { $0.profile = "lab" }, environment) == lab)
            #expect(try credentials(wishes { $0.isAnonymous = true }, environment) == nil)
        }
        try with([:], config: Self.config, credentials: Self.credentials) { environment throws in
            let expected = AWSCredentials(accessKey: "DEFAULTKEY", secretKey: "default/secret=")
            #expect(try credentials(.init(), environment) == expected)
        }
    }

    @Test func `a profile that is named has the settings of both files, those of the credentials before the others`()
        throws
    {
        for variables in [["AWS_PROFILE": "lab"], ["AWS_DEFAULT_PROFILE": "lab"]] {
            try with(variables, config: Self.config, credentials: Self.credentials) { environment throws in
                let settings = try AWSSettings(.init(), environment)
                #expect(settings.region == "us-west-2" && settings.endpoint == "https://s3.lab.example:9000")
                #expect(settings.source == .profile("lab"))
            }
        }
        try with([:], config: Self.config, credentials: Self.credentials) { environment throws in
            let error = #expect(throws: AWSError.self) {
                try AWSSettings(wishes { $0.profile = "none" }, environment)
            }
            #expect(error?.summary.contains("there is no profile 'none'") == true)
        }
    }

    @Test func `of two sections for the default profile, that with the longer name counts alone`() throws {
        let sections = ["[default]\nregion = a\nendpoint_url = http://a\n", "[profile default]\nregion = b\n"]
        for config in [sections.joined(), sections.reversed().joined()] {
            try with([:], config: config) { environment throws in
                let settings = try AWSSettings(.init(), environment)
                #expect(settings.region == "b" && settings.endpoint == "https://s3.b.amazonaws.com")
            }
        }
    }

    @Test func `a profile has its address from the services that it names, and says where the bucket is`() throws {
        let config = """
            [default]
            services = lab
            endpoint_url = http://other
            s3 =
                addressing_style = virtual
                endpoint_url = http://ignored
            [services lab]
            s3 =
                endpoint_url = http://lab:9000
            ec2 =
                endpoint_url = http://no
            [profile path]
            s3 =
                addressing_style = path
            """
        try with([:], config: config) { environment throws in
            let settings = try AWSSettings(.init(), environment)
            #expect(settings.endpoint == "http://lab:9000")
            #expect(try !settings.location(of: "birds").isInPath)
            #expect(try AWSSettings(wishes { $0.isInPath = true }, environment).location(of: "birds").isInPath)
            let path = try AWSSettings(wishes { $0.profile = "path" }, environment)
            #expect(path.isAmazon)
            #expect(try path.location(of: "birds").isInPath)
        }
        try with(["AWS_ENDPOINT_URL": "http://e"], config: config) { environment throws in
            #expect(try AWSSettings(.init(), environment).endpoint == "http://e")
        }
    }

    @Test func `a web identity comes from a profile or the environment, and other roles are refused by name`() throws {
        try with([:], config: Self.config) { environment throws in
            let role = try AWSSettings(wishes { $0.profile = "role" }, environment)
            let file = try #require(environment.path("~/token"))
            #expect(
                role.source
                    == .webIdentity(
                        tokenFile: file, role: "arn:aws:iam::1:role/r", session: "zarrwlr", region: "us-east-1"))
            let error = #expect(throws: AWSError.self) { try AWSSettings(wishes { $0.profile = "sso" }, environment) }
            #expect(error?.summary.contains("has sso_session, which is not supported") == true)
        }
        let variables = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "a", "AWS_ROLE_SESSION_NAME": "s", "AWS_REGION": "r",
        ]
        try with(variables) { environment throws in
            #expect(
                try AWSSettings(.init(), environment).source
                    == .webIdentity(tokenFile: "/t", role: "a", session: "s", region: "r"))
        }
    }

    @Test func `other files are read if the environment names them`() throws {
        try TestFiles.withTemporaryDirectory { folder in
            let file = folder.appending(path: "own")
            try Data("[default]\naws_access_key_id = A\naws_secret_access_key = B\n".utf8).write(to: file)
            let variables = ["AWS_SHARED_CREDENTIALS_FILE": file.path, "AWS_CONFIG_FILE": "/nowhere/config"]
            let environment = AWSEnvironment { variables[$0] }
            #expect(try credentials(.init(), environment) == AWSCredentials(accessKey: "A", secretKey: "B"))
            #expect(AWSSettings.readableFiles(environment) == [file.path, "/nowhere/config"])
        }
    }

    @Test(arguments: [
        ("HTTPS://s3.example.org:443/", "https://s3.example.org"), ("http://h:80", "http://h"),
        ("http://h:443", "http://h:443"), ("https://[::1]:9000", "https://[::1]:9000"),
    ])
    func `an endpoint has no port that no client sends`(endpoint: String, expected: String) throws {
        let settings = try AWSSettings(wishes { $0.endpoint = endpoint }, AWSEnvironment { _ in nil })
        #expect(settings.endpoint == expected)
    }

    @Test(arguments: ["s3.example.org", "ftp://h", "https://", "https://h/path", "https://u:p@h", "https://h?x"])
    func `an endpoint is the address of a host`(endpoint: String) {
        #expect(throws: AWSError.self) {
            try AWSSettings(wishes { $0.endpoint = endpoint }, AWSEnvironment { _ in nil })
        }
    }

    @Test func `a bucket is in the host's name only if that is AWS and can be one, unless the user says otherwise`()
        throws
    {
        let amazon = try AWSSettings(.init(), AWSEnvironment { _ in nil })
        #expect(try !amazon.location(of: "birds").isInPath)
        for name in ["birds.of.europe", "Birds", "my_birds"] { #expect(try amazon.location(of: name).isInPath) }
        #expect(
            try AWSSettings(wishes { $0.isInPath = true }, AWSEnvironment { _ in nil }).location(of: "birds").isInPath)
        let other = try AWSSettings(wishes { $0.endpoint = "http://127.0.0.1:9000" }, AWSEnvironment { _ in nil })
        #expect(try other.location(of: "birds").isInPath && !other.isAmazon)
        for name in ["", "a/b", "a b", "a?b"] { #expect(throws: AWSError.self) { try amazon.location(of: name) } }
        let china = try AWSSettings(wishes { $0.region = "cn-north-1" }, AWSEnvironment { _ in nil })
        #expect(china.endpoint == "https://s3.cn-north-1.amazonaws.com.cn" && china.isAmazon)
    }
}
