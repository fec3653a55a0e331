import HTTP
import Testing

@testable import S3

/// Addresses of requests.
struct S3LocationTests {
    @Test func `a bucket is in the host's name, or in the path`() throws {
        var location = S3Location(
            endpoint: "https://s3.eu-central-1.amazonaws.com", region: "eu-central-1", bucket: "birds", isInPath: false)
        let request = try S3Bucket(location, credentials: nil).request(.get, "a/é b", responseLimit: 5)
        #expect(request.url == "https://birds.s3.eu-central-1.amazonaws.com/a/%C3%A9%20b")
        location = S3Location(endpoint: "http://127.0.0.1:8085", region: "r", bucket: "birds", isInPath: true)
        let list = try S3Bucket(location, credentials: nil).request(
            .get, "", query: [("prefix", "a/"), ("list-type", "2")], responseLimit: 5)
        #expect(list.url == "http://127.0.0.1:8085/birds/?list-type=2&prefix=a%2F")
        #expect(!list.followsRedirects)
    }

    @Test func `requests are signed only if there are credentials, and say who pays if that is wanted`() throws {
        let location = S3Location(endpoint: "https://s3.example.org", region: "r", bucket: "b", isInPath: true)
        func names(_ credentials: AWSCredentials?, pays: Bool) throws -> [String] {
            try S3Bucket(location, credentials: credentials, isRequesterPaying: pays)
                .request(.get, "k", responseLimit: 1).fields.map(\.name)
        }
        #expect(try names(nil, pays: false) == [])
        #expect(try names(nil, pays: true) == ["x-amz-request-payer"])
        let credentials = AWSCredentials(accessKey: "a", secretKey: "s", sessionToken: "t")
        #expect(
            try names(credentials, pays: true) == [
                "x-amz-request-payer", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "Authorization",
            ])
    }
}
