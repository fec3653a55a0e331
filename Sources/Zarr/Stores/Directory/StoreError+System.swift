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
}
