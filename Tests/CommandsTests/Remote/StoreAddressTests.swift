import S3
import Testing

@testable import Commands

/// Addresses with a scheme.
struct StoreAddressTests {
    @Test(arguments: [
        ("s3://birds/a/b.zarr", "s3://birds/a/b.zarr", "", StoreAddress.Place.bucket("birds", prefix: "a/b.zarr")),
        ("s3://birds", "s3://birds", "", .bucket("birds", prefix: "")),
        ("S3://birds/a/::pond/mono", "S3://birds/a/", "pond/mono", .bucket("birds", prefix: "a")),
        ("https://h/a.zarr::pond", "https://h/a.zarr", "pond", .web("https://h/a.zarr")),
        ("http://[::1]:80/a.zarr::pond", "http://[::1]:80/a.zarr", "pond", .web("http://[::1]:80/a.zarr")),
        ("http://[::1]", "http://[::1]", "", .web("http://[::1]")),
        ("http://[::1]::pond/0", "http://[::1]", "pond/0", .web("http://[::1]")),
        ("https://h:80::pond/0", "https://h:80", "pond/0", .web("https://h:80")),
        ("http://[::1", "http://[::1", "", .web("http://[::1")),
        ("file:///srv/a%20b.zarr::pond", "/srv/a b.zarr", "pond", .path("/srv/a b.zarr")),
        ("file://localhost/srv/a", "/srv/a", "", .path("/srv/a")),
        ("file://other/srv/a", "file://other/srv/a", "", .path("file://other/srv/a")),
        ("s3://birds/a::b.zarr::", "s3://birds/a::b.zarr", "", .bucket("birds", prefix: "a::b.zarr")),
        ("https://h/a::b.zarr::pond", "https://h/a::b.zarr", "pond", .web("https://h/a::b.zarr")),
        ("./s3://birds", "./s3://birds", "", .path("./s3://birds")),
        ("a.zarr.zip::pond", "a.zarr.zip", "pond", .path("a.zarr.zip")),
        ("s3:/birds", "s3:/birds", "", .path("s3:/birds")),
    ])
    func `an address is a path, or one of a web server or a bucket, and a group`(
        text: String, path: String, group: String, place: StoreAddress.Place
    ) {
        let address = StoreAddress(text)
        #expect(address.path == path)
        #expect(address.group == group)
        #expect(address.place == place)
        let isPath = if case .path = place { true } else { false }
        #expect(address.isRemote == !isPath)
        if !isPath { #expect(address.absolutePath == path) }
    }

    @Test(arguments: [
        ("s3://b/a.zarr", "https://s3.example.org/s3://b/a.zarr"),
        ("S3://b/a.zarr/::pond", "https://s3.example.org/s3://b/a.zarr"),
        ("s3://b/", "https://s3.example.org/s3://b"),
        ("https://h/a.zarr//", "https://h/a.zarr"),
    ])
    func `what is kept of a remote store has one name, however its address is written`(text: String, name: String) {
        var access = RemoteAccess()
        access.s3.endpoint = "https://s3.example.org/"
        access.s3.isAnonymous = true
        #expect(access.identity(of: StoreAddress(text)) == name)
    }
}
