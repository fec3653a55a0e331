public import Foundation
public import Testing

/// nginx on loopback, which serves a folder by HTTP/1.1 and, with TLS and a certificate of its own, by HTTP/2. It is started for a test and
/// ends with it.
public final class WebServer: Sendable {
    /// Whether it is installed, with what makes its certificate.
    public static let isInstalled = TestSupport.isInstalled("openssl") && TestSupport.isInstalled("nginx")

    /// The comment on a skipped suite.
    public static let comment: Comment = "needs nginx (nginx-light) and openssl; make test-s3 installs them"

    /// Its address, without TLS and with it. The certificate is for that address, and not for `localhost`.
    public let url: String, secureURL: String
    /// The file of the certificate that it has signed itself.
    public let certificate: URL
    private let directory: URL
    private let process = Process()

    /// Starts one for the folder `root`, calls `body`, and ends it.
    ///
    /// The folder is also at `/untagged/`, without entity tags, at `/whole/`, without ranges, at `/compressed/`, from where everything comes
    /// compressed for who can read that, at `/moved/`, from where a redirect leads to the same scheme, and at `/elsewhere/`, from where one
    /// leads to the other scheme.
    public static func with<T>(_ root: URL, _ body: (WebServer) throws -> T) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let server = try WebServer(root, directory)
            defer { server.end() }
            return try body(server)
        }
    }

    private init(_ root: URL, _ directory: URL) throws {
        self.directory = directory
        certificate = directory.appending(path: "certificate.pem")
        let key = directory.appending(path: "key.pem").path
        let made = try run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate.path)
        guard made.status == 0 else { throw ProgramFailure(description: "openssl: \(made.errors)") }
        let ports = try Self.freePorts()
        (url, secureURL) = ("http://127.0.0.1:\(ports[0])", "https://127.0.0.1:\(ports[1])")
        let places = Self.places(of: root, url, secureURL)
        let folder = directory.path
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
        let configuration = """
            daemon off; pid \(folder)/pid; error_log \(folder)/errors; user \(NSUserName());
            events {}
            http {
                log_format short '$server_protocol $request_method $status $uri';
                access_log \(folder)/log short; \(temporary)
                server { listen 127.0.0.1:\(ports[0]); \(places[0]) }
                server {
                    listen 127.0.0.1:\(ports[1]) ssl http2; ssl_certificate \(certificate.path); ssl_certificate_key \(key);
                    \(places[1])
                }
            }
            """
        let file = directory.appending(path: "nginx.conf")
        try Data(configuration.utf8).write(to: file)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["nginx", "-e", "\(folder)/errors", "-c", file.path]
        process.standardError = FileHandle.nullDevice
        try process.run()
        guard eventually({ (try? run("curl", "-fso", "/dev/null", "\(url)/ready").status) == 0 }) else {
            end()
            throw ProgramFailure(description: "nginx: \((try? String(contentsOf: file, encoding: .utf8)) ?? "")")
        }
    }

    private func end() {
        process.terminate()
        process.waitUntilExit()
    }

    /// What is where on the server without TLS, and on the one with it.
    private static func places(of root: URL, _ url: String, _ secureURL: String) -> [String] {
        [(url, secureURL), (secureURL, url)].map { own, other in
            """
            root \(root.path);
            location /ready { return 200; }
            location /untagged/ { alias \(root.path)/; etag off; }
            location /whole/ { alias \(root.path)/; max_ranges 0; }
            location /compressed/ {
                alias \(root.path)/; gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;
            }
            location /moved/ { rewrite ^/moved/(.*)$ \(own)/$1 redirect; }
            location /elsewhere/ { rewrite ^/elsewhere/(.*)$ \(other)/$1 redirect; }
            """
        }
    }

    private static func freePorts() throws -> [Int] {
        let script = """
            import socket
            a, b = socket.socket(), socket.socket()
            for one in (a, b): one.bind(("127.0.0.1", 0)); print(one.getsockname()[1])
            """
        return try run("python3", "-c", script).text.split(separator: "\n").compactMap { Int($0) }
    }

    /// The requests so far, each as `HTTP/1.1 GET 200 /path`.
    public func requests() throws -> [String] {
        try String(contentsOf: directory.appending(path: "log"), encoding: .utf8).split(separator: "\n").map(
            String.init
        )
        .filter { !$0.hasSuffix(" /ready") }
    }
}
