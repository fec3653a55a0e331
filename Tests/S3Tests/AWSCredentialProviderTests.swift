import Foundation
import HTTP
import Support
import TestSupport
import Testing

@testable import S3

/// Credentials that are fetched from stand-ins for the hosts of AWS on loopback.
struct AWSCredentialProviderTests {
    private typealias Response = ScriptedServer.Response

    private static func json(_ key: String, expires: String = "2099-01-01T00:00:00Z") -> [UInt8] {
        Array(
            """
            {"Code": "Success", "AccessKeyId": "\(key)", "SecretAccessKey": "s", "Token": "t", "Expiration": "\(expires)"}
            """.utf8)
    }

    /// The machine's host, with a role of which each request gives the next key.
    private static func instance(
        expires: String = "2099-01-01T00:00:00Z", laterAnswer: Response? = nil
    ) throws -> ScriptedServer {
        try ScriptedServer { request, number in
            // The first three requests give credentials.
            if let laterAnswer, number > 2 { return laterAnswer }
            if request.method == "PUT", request.target == "/latest/api/token",
                request.fields["x-aws-ec2-metadata-token-ttl-seconds"] != nil
            {
                return Response(200, Array("TOKEN".utf8))
            }
            guard request.fields["x-aws-ec2-metadata-token"] == "TOKEN" else { return Response(401) }
            return switch request.target {
            case "/latest/meta-data/iam/security-credentials/": Response(200, Array("my role\n".utf8))
            case "/latest/meta-data/iam/security-credentials/my%20role":
                Response(200, json("KEY\(number)", expires: expires))
            default: Response(404)
            }
        }
    }

    private func environment(_ variables: [String: String]) -> AWSEnvironment { AWSEnvironment { variables[$0] } }

    @Test func `a machine's role gives credentials by the second version of the service, once while they are valid`()
        throws
    {
        let host = try Self.instance()
        let environment = environment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": host.url])
        #expect(try AWSSettings(.init(), environment).source == .instance)
        let provider = AWSCredentialProvider(.instance, environment)
        for _ in 0..<3 {
            let expected = AWSCredentials(accessKey: "KEY2", secretKey: "s", sessionToken: "t")
            #expect(try provider.credentials() == expected)
        }
        #expect(host.requests.map(\.method) == ["PUT", "GET", "GET"])
    }

    @Test func `credentials are fetched anew before they expire`() throws {
        let soon = Timestamp(seconds: Int64(time(nil)) + 200, offsetMinutes: 0)
        let host = try Self.instance(expires: "\(soon)")
        let provider = AWSCredentialProvider(
            .instance, environment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": host.url]))
        #expect(try provider.credentials()?.accessKey == "KEY2")
        #expect(try provider.credentials()?.accessKey == "KEY5")
    }

    @Test func `a machine without a role, or of another house, has no credentials, and is not asked again`() throws {
        for status in [403, 404] {
            let host = try ScriptedServer { _, _ in Response(status) }
            let provider = AWSCredentialProvider(
                .instance, environment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": host.url]))
            for _ in 0..<3 { #expect(try provider.credentials() == nil) }
            #expect(host.requests.count == 1)
        }
        let nobody = AWSCredentialProvider(
            .instance, environment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"]))
        #expect(try nobody.credentials() == nil)
    }

    @Test
    func `what a machine's host gave is used as long as it is valid, if the host is away or has nothing for a while`()
        throws
    {
        let soon = Timestamp(seconds: Int64(time(nil)) + 200, offsetMinutes: 0)
        for status in [nil, 404, 500] {
            let host = try Self.instance(expires: "\(soon)", laterAnswer: status.map { Response($0) } ?? .missing)
            let provider = AWSCredentialProvider(
                .instance, environment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": host.url]))
            for _ in 0..<3 { #expect(try provider.credentials()?.accessKey == "KEY2") }
            // A connection that was closed is tried once more.
            #expect(4...5 ~= host.requests.count)
        }
        let failing = try ScriptedServer { _, _ in Response(500) }
        let provider = AWSCredentialProvider(
            .instance, environment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": failing.url]))
        let error = #expect(throws: HTTPError.self) { try provider.credentials() }
        #expect(error?.summary == "there are no credentials: the machine's host answers 500")
    }

    @Test func `tokens do not follow a redirect to another host`() throws {
        let other = try ScriptedServer { _, _ in Response(200, Self.json("E")) }
        let host = try ScriptedServer { request, _ in
            request.method == "PUT"
                ? Response(200, Array("TOKEN".utf8)) : Response(307, fields: [("Location", "\(other.url)/")])
        }
        let instance = AWSCredentialProvider(
            .instance, environment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": host.url]))
        #expect(throws: HTTPError.self) { try instance.credentials() }
        try TestFiles.withTemporaryDirectory { folder in
            let file = folder.appending(path: "token")
            try Data("ey".utf8).write(to: file)
            let service = try ScriptedServer { _, _ in Response(307, fields: [("Location", "\(other.url)/")]) }
            let source = AWSCredentialSource.webIdentity(tokenFile: file.path, role: "r", session: "s", region: "r")
            let provider = AWSCredentialProvider(source, environment(["AWS_ENDPOINT_URL_STS": service.url]))
            #expect(throws: HTTPError.self) { try provider.credentials() }
        }
        #expect(other.requests.isEmpty)
    }

    @Test(arguments: ["9223372036854775807", "-5", "x", "2"])
    func `a time-out of the machine's host may be any text`(seconds: String) throws {
        let host = try Self.instance()
        let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": host.url, "AWS_METADATA_SERVICE_TIMEOUT": seconds]
        #expect(try AWSCredentialProvider(.instance, environment(variables)).credentials()?.accessKey == "KEY2")
    }

    @Test func `a container's host gives credentials to whoever has its token`() throws {
        let host = try ScriptedServer { request, _ in
            request.fields["authorization"] == "secret" ? Response(200, Self.json("C")) : Response(403)
        }
        try TestFiles.withTemporaryDirectory { folder in
            let file = folder.appending(path: "token")
            try Data("secret\n".utf8).write(to: file)
            for variables in [
                ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret"],
                ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file.path],
            ] {
                let environment = environment(
                    variables.merging(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(host.url)/role"]) { $1 })
                let source = try AWSSettings(.init(), environment).source
                #expect(source == .container)
                #expect(try AWSCredentialProvider(source, environment).credentials()?.accessKey == "C")
            }
            let without = environment(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(host.url)/role"])
            let error = #expect(throws: HTTPError.self) { try AWSCredentialProvider(.container, without).credentials() }
            #expect(error?.summary == "there are no credentials: the container's host answers 403")
        }
    }

    @Test func `a token in a file is exchanged for credentials of a role, and is sent in the body alone`() throws {
        let service = try ScriptedServer { request, _ in
            let form = String(decoding: request.body, as: UTF8.self)
            guard
                form == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
                    + "&RoleSessionName=s&WebIdentityToken=ey.J%2B"
            else { return Response(400) }
            return Response(
                200,
                Array(
                    """
                    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                    <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>W</AccessKeyId>
                    <SecretAccessKey>s&amp;s</SecretAccessKey><SessionToken>t=</SessionToken>
                    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
                    </AssumeRoleWithWebIdentityResponse>
                    """.utf8))
        }
        try TestFiles.withTemporaryDirectory { folder in
            let file = folder.appending(path: "token")
            try Data("ey.J+\n".utf8).write(to: file)
            let environment = environment(["AWS_ENDPOINT_URL_STS": service.url])
            let source = AWSCredentialSource.webIdentity(
                tokenFile: file.path, role: "arn:aws:iam::1:role/r", session: "s", region: "r")
            let provider = AWSCredentialProvider(source, environment)
            let expected = AWSCredentials(accessKey: "W", secretKey: "s&s", sessionToken: "t=")
            for _ in 0..<2 { #expect(try provider.credentials() == expected) }
            #expect(service.requests.map(\.target) == ["/"])
            let other = AWSCredentialSource.webIdentity(
                tokenFile: "\(file.path)2", role: "r", session: "s", region: "r")
            #expect(throws: HTTPError.self) { try AWSCredentialProvider(other, environment).credentials() }
        }
    }

    @Test func `a key in a file that is replaced is found some minutes later, and until then the first one is used`()
        throws
    {
        try TestFiles.withTemporaryDirectory { folder in
            let file = folder.appending(path: "credentials")
            try Data("[p]\naws_access_key_id = A\naws_secret_access_key = B\n".utf8).write(to: file)
            let environment = environment(["AWS_SHARED_CREDENTIALS_FILE": file.path])
            let provider = AWSCredentialProvider(.profile("p"), environment)
            #expect(try provider.credentials()?.accessKey == "A")
            try FileManager.default.removeItem(at: file)
            #expect(try provider.credentials()?.accessKey == "A")
            let error = #expect(throws: HTTPError.self) {
                try AWSCredentialProvider(.profile("p"), environment).credentials()
            }
            #expect(error?.description.contains("the profile 'p' has none any more") == true)
        }
    }
}
