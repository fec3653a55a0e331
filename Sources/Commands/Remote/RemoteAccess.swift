import Glibc
import HTTP
import S3
import Support
import Zarr

/// How stores on other machines are reached, as the user says it.
struct RemoteAccess: Sendable, Equatable {
    /// What holds for S3.
    var s3 = AWSSettings.Wishes()
    /// How long a request is tried again, in milliseconds.
    var timeoutMilliseconds = RetryPolicy().milliseconds
    /// The most connections that are open at once.
    var connections = HTTPSettings().connections

    /// The files and folders that are read for the connection to `address`: of the resolver, of certificates and of credentials. None for a
    /// store on this machine.
    static func readableFiles(for address: StoreAddress) -> [String] {
        switch address.place {
        case .path: []
        case .web: systemFiles + [AWSEnvironment.process.certificates].compactMap(\.self)
        case .bucket: systemFiles + AWSSettings.readableFiles()
        }
    }

    /// Makes paths in environment variables absolute, so that they hold when the process has another working directory. To be called before
    /// there are threads.
    static func makePathsAbsolute() {
        for name in AWSEnvironment.variablesOfPaths {
            guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty, !value.hasPrefix("~") else {
                continue
            }
            setenv(name, FilePath.absolute(value), 1)
        }
    }

    /// What libraries read to find a host and to trust it.
    private static let systemFiles = [
        "/etc/resolv.conf", "/run/systemd/resolve", "/run/NetworkManager/resolv.conf", "/run/resolvconf",
        "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols",
        "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/lib/ssl", "/usr/share/ca-certificates",
        "/usr/local/share/ca-certificates",
    ]

    /// Opens the store at `address`, which is not on this machine, and keeps its coded bytes in `blocks`. Throws if there is none.
    func open(_ address: StoreAddress, blocks: DiskCache? = nil) throws(CommandError) -> any Store {
        let remote = try unopened(address)
        let store: any Store =
            if let blocks { CachingStore(remote, address: identity(of: address), cache: blocks) } else { remote }
        var isOlder = false
        do throws(StoreError) {
            if try store.contains("zarr.json") { return store }
            for name in [".zgroup", ".zarray", ".zmetadata"] where !isOlder { isOlder = try store.contains(name) }
        } catch {
            throw CommandError("\(address.path.withoutSecrets): cannot be opened", cause: error)
        }
        throw CommandError(
            isOlder
                ? "\(address.path): zarr_format 2 is not supported; convert it to Zarr v3"
                : "\(address.path): not a Zarr v3 store, there is no zarr.json in it")
    }

    /// Throws if what is said of `address` cannot be. Nothing is connected.
    func check(_ address: StoreAddress) throws(CommandError) {
        _ = try unopened(address)
    }

    /// The store at `address`. Nothing is connected yet.
    private func unopened(_ address: StoreAddress) throws(CommandError) -> any Store {
        switch address.place {
        case .path(let path): throw CommandError("\(path): is on this machine")
        case .web(let url):
            let host = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
            guard !host.isEmpty, !host.contains("@") else {
                throw CommandError(
                    "\(url.withoutSecrets): is no address of a web server; it has a host, and no name and no password")
            }
            guard
                !url.utf8.contains(where: {
                    $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#")
                })
            else {
                throw CommandError("\(url.withoutSecrets): the address of a store has no spaces, no '?' and no '#'")
            }
            return HTTPStore(url: url, client: client, policy: policy)
        case .bucket(let name, let prefix):
            return S3Store(try bucket(name, address), prefix: prefix, client: client, policy: policy)
        }
    }

    /// The bucket `name` of `address`.
    private func bucket(_ name: String, _ address: StoreAddress) throws(CommandError) -> S3Bucket {
        guard !address.path.split(separator: "/").dropFirst(2).contains(where: { $0 == "." || $0 == ".." }) else {
            throw CommandError("\(address.path.withoutSecrets): no part of an address is '.' or '..'")
        }
        do throws(AWSError) {
            return try AWSSettings(s3).bucket(name)
        } catch {
            throw CommandError("\(address.path.withoutSecrets): cannot be opened", cause: error)
        }
    }

    // MARK: - Writing

    /// The store at `address`, which is in a bucket, made with `document` at its root if there is none. Once `isHalted`, nothing new is written to it.
    func create(
        _ address: StoreAddress, document: [UInt8], isHalted: @escaping @Sendable () -> Bool
    ) throws(CommandError) -> any WritableStore {
        let (bucket, prefix) = try bucketToWrite(address)
        do throws(StoreError) {
            return try S3Store.create(
                bucket, prefix: prefix, document: document, client: client, policy: policy, isHalted: isHalted)
        } catch {
            throw CommandError("\(address.path): cannot be written to", cause: error)
        }
    }

    /// Whether there is nothing at `address`, which is in a bucket.
    func isVacant(_ address: StoreAddress) throws(CommandError) -> Bool {
        let (bucket, prefix) = try bucketToWrite(address)
        do throws(StoreError) {
            return try S3Store(bucket, prefix: prefix, client: client, policy: policy).isVacant()
        } catch {
            throw CommandError("\(address.path): cannot be opened", cause: error)
        }
    }

    /// Removes the store at `address`, which is in a bucket, if it has nothing but groups.
    func removeBare(_ address: StoreAddress) throws(CommandError) {
        let (bucket, prefix) = try bucketToWrite(address)
        do throws(StoreError) {
            try S3Store.removeBare(bucket, prefix: prefix, client: client, policy: policy)
        } catch {
            throw CommandError("\(address.path): the empty store cannot be removed", cause: error)
        }
    }

    private func bucketToWrite(_ address: StoreAddress) throws(CommandError) -> (S3Bucket, prefix: String) {
        guard case .bucket(let name, let prefix) = address.place else {
            throw CommandError("\(address.path.withoutSecrets): is not in a bucket")
        }
        return (try bucket(name, address), prefix)
    }

    /// What tells `address` apart from stores of the same name, without a slash at its end and without credentials: what is kept of it on this
    /// machine is kept under this. It is the same for all ways to write the address. Links are followed.
    func identity(of address: StoreAddress) -> String {
        switch address.place {
        case .path: return address.absolutePath
        case .web(let url): return String(url.reversed().drop { $0 == "/" }.reversed())
        case .bucket(let name, let prefix):
            let bucket = "s3://\(name)\(prefix.isEmpty ? "" : "/")\(prefix)"
            guard let settings = try? AWSSettings(s3), !settings.isAmazon else { return bucket }
            return "\(settings.endpoint)/\(bucket)"
        }
    }

    private var client: HTTPClient {
        var settings = HTTPSettings()
        settings.agent = "zarrwlr/\(version)"
        settings.connections = connections
        settings.certificates = AWSEnvironment.process.certificates
        return HTTPClient(settings)
    }

    private var policy: RetryPolicy {
        var policy = RetryPolicy()
        policy.milliseconds = timeoutMilliseconds
        return policy
    }
}
