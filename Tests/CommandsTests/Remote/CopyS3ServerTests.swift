import Foundation
import TestSupport
import Testing

@testable import Commands

/// Copies to and from a real S3 service.
@Suite(.enabled(if: S3Server.isInstalled, S3Server.comment))
struct CopyS3ServerTests {
    @Test(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
    func `every store is the same when it was copied to OpenStack Swift and back`() throws {
        try S3Server.with { server in
            try TestFiles.withTemporaryDirectory { directory in
                let stores = try #require(SharedMaterial.directory).appending(path: "stores")
                // The bucket is made for the first object in it.
                try server.put(stores, to: "birds", "uploaded")
                let file = directory.appending(path: "credentials")
                try Data(
                    "[default]\naws_access_key_id=\(S3Server.accessKey)\naws_secret_access_key=\(S3Server.secretKey)\n"
                        .utf8
                ).write(to: file)
                let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
                func zarrwlr(_ arguments: String...) throws {
                    let result = try run(
                        programs.appending(path: "zarrwlr"), arguments + ["--endpoint", server.endpoint],
                        environment: ["AWS_SHARED_CREDENTIALS_FILE": file.path, "AWS_CONFIG_FILE": "/nowhere"])
                    #expect(result.status == 0, "\(arguments): \(result.errors)")
                }
                for name in try FileManager.default.contentsOfDirectory(atPath: stores.path)
                where name.hasSuffix(".zarr") {
                    let store = stores.appending(path: name).path
                    let back = directory.appending(path: name).path
                    try zarrwlr("copy", "-q", store, "s3://birds/\(name)")
                    try zarrwlr("copy", "-q", "s3://birds/\(name)", "s3://birds/again/\(name)")
                    try zarrwlr("copy", "-q", "s3://birds/again/\(name)", back)
                    #expect(try run("diff", "-r", store, back).status == 0, "\(name)")
                    // What is there is compared.
                    try zarrwlr("copy", "-q", store, "s3://birds/again/\(name)")
                }
            }
        }
    }
}
