import Glibc

/// A user other than root, for tests that run as root.
enum OtherUser {
    /// What begins a command that is to be run as that user.
    static let command = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    /// Whether all users may open /dev/fuse, as on most systems, and this process can change its user.
    static let canMount: Bool = {
        var device = stat()
        return geteuid() == 0 && stat("/dev/fuse", &device) == 0 && device.st_mode & 0o006 == 0o006
            && access("/usr/bin/setpriv", X_OK) == 0
    }()
}
