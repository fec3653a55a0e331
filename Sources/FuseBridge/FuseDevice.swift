import Glibc

/// The kernel's device for FUSE, and what is needed to use it.
public enum FuseDevice {
    private static let path = "/dev/fuse"
    /// Where libfuse looks for fusermount3 first.
    private static let mountProgram = "/usr/bin/fusermount3"

    /// Throws if no mount can succeed; the error says what to do about it.
    public static func check() throws(FuseError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw FuseError("FUSE is not available: \(advice(errno))") }
        close(descriptor)
        guard geteuid() == 0 || hasMountProgram else {
            throw FuseError(
                "FUSE is not available: there is no fusermount3, which users other than root need (package fuse3)")
        }
    }

    private static func advice(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENODEV, ENXIO:
            "there is no \(path): load the kernel module (modprobe fuse), or give the container --device \(path)"
        case EACCES, EPERM:
            "\(path) may not be opened by this user; in a container, --device \(path) and --cap-add SYS_ADMIN are needed"
        default:
            "\(path): \(String(cString: strerror(code)))"
        }
    }

    private static var hasMountProgram: Bool {
        let searched = getenv("PATH").map { String(cString: $0) } ?? ""
        let inPath = searched.split(separator: ":").map { "\($0)/fusermount3" }
        return ([mountProgram] + inPath).contains { access($0, X_OK) == 0 }
    }
}
