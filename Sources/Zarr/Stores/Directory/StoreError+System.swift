import Glibc
import Support

extension StoreError {
    /// A system call failed: `denied` if the system does not permit it, else `failed`.
    init(_ problem: String, key: String, system error: SystemError) {
        let kind: Kind =
            switch error.code {
            case EACCES, EPERM, EROFS: .denied
            default: .failed
            }
        self.init(kind, problem, key: key, cause: error)
    }

    /// Reading from under `key` failed with `error`.
    init(reading key: String, _ problem: String, system error: SystemError) {
        switch error.code {
        case EXDEV:
            self.init(
                .denied,
                "a symbolic link leads out of the store; follow_links permits it to lead to a folder (see the manual)",
                key: key)
        case ENXIO: self.init(.failed, "is neither a file nor a directory", key: key)
        default: self.init(problem, key: key, system: error)
        }
    }
}
