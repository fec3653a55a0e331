import Glibc
public import Recordings
public import Support

/// Why a request cannot be served: each case has the one errno that the caller sees.
public enum VirtualFSError: DescribedError {
    /// No such name, or no such inode.
    case notFound
    /// A name longer than any file's.
    case nameTooLong
    /// A file where a directory is needed.
    case notDirectory
    /// A directory where a file is needed.
    case isDirectory
    /// Anything that would write.
    case readOnly
    /// Anything else that may not be done, running a recording for one.
    case notPermitted
    /// No open file has that handle.
    case badHandle
    /// A number that makes no sense here.
    case invalid
    /// No such extended attribute.
    case noAttribute
    /// Extended attributes of a namespace that no file here has: access lists, security labels.
    case unsupportedNamespace
    /// A value that does not fit in the caller's buffer.
    case bufferTooSmall
    /// A range of a recording that cannot be decoded.
    case unreadable(RecordingError)

    /// The errno of the case. See errno(3).
    public var errno: Int32 {
        switch self {
        case .notFound: ENOENT
        case .nameTooLong: ENAMETOOLONG
        case .notDirectory: ENOTDIR
        case .isDirectory: EISDIR
        case .readOnly: EROFS
        case .notPermitted: EACCES
        case .badHandle: EBADF
        case .invalid: EINVAL
        case .noAttribute: ENODATA
        case .unsupportedNamespace: EOPNOTSUPP
        case .bufferTooSmall: ERANGE
        case .unreadable: EIO
        }
    }

    /// What the system says of the errno.
    public var summary: String { String(cString: strerror(errno)) }

    /// Why a range cannot be decoded.
    public var cause: (any Error)? {
        guard case .unreadable(let error) = self else { return nil }
        return error
    }
}
