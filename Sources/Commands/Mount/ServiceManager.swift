import Glibc
import Support

/// The service manager that has started this process and waits for its messages, by the protocol of sd_notify(3).
struct ServiceManager: Sendable {
    /// The name of its socket; one that is in no file system begins with a zero byte.
    private let name: [UInt8]

    /// The manager whose socket is called `socket`: an absolute path, or `@` and an abstract name. Nil for everything else.
    init?(socket: String) {
        var name: [UInt8] = []
        socket.withFileName { name = Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        guard name.count > 1, name.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        switch name.first {
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "@"): name[0] = 0
        default: return nil
        }
        self.name = name
    }

    /// The manager that the environment names, if there is one.
    static var ofEnvironment: ServiceManager? {
        getenv("NOTIFY_SOCKET").flatMap {
            ServiceManager(socket: String(fileBytes: UnsafeRawBufferPointer(start: $0, count: strlen($0))))
        }
    }

    /// Sends `assignments`, such as `READY=1`, in one message.
    func notify(_ assignments: String...) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw SystemError("socket", "NOTIFY_SOCKET") }
        defer { close(descriptor) }
        let message = Array(assignments.map(\.escapingControlCharacters).joined(separator: "\n").utf8)
        let sent = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, 0, $0, length)
            }
        }
        guard sent == message.count else { throw SystemError("sendto", "NOTIFY_SOCKET") }
    }
}
