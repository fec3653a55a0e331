import Glibc
public import Recordings
public import Support

/// Why a request cannot be served. Each case has one errno, which the caller sees.
public enum VirtualFSError: DescribedError {
    /// There is no such name.
    case notFound
    /// There is no such inode, or not any more. The kernel then looks its name up again.
    case noSuchNode
    /// A name is longer than any file's.
    case nameTooLong
    /// A file is used as a directory.
    case notDirectory
    /// A directory is used as a file.
    case isDirectory
    /// The request would write.
    case readOnly
    /// The request is not allowed for another reason: a recording is to be run, for instance.
    case notPermitted
    /// No open file has that handle.
    case badHandle
    /// An argument of the request makes no sense.
    case invalid
    /// There is no such extended attribute.
    case noAttribute
    /// No file here has extended attributes of that namespace, such as access lists and security labels.
    case unsupportedNamespace
    /// A value does not fit in the caller's buffer.
    case bufferTooSmall
    /// Nobody waits for the answer any more: the process that asked was interrupted, or the mount ends.
    case interrupted
    /// A range of a recording cannot be decoded.
    case unreadable(RecordingError)
    /// The recording was rewritten since it was opened.
    case stale(RecordingError)

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
        case .interrupted: EINTR
        case .unreadable(let error): error.isForbidden ? EACCES : EIO
        case .stale, .noSuchNode: ESTALE
        }
    }

    /// The system's text for the errno.
    public var summary: String { String(cString: strerror(errno)) }

    /// Why a range cannot be read.
    public var cause: (any Error)? {
        switch self {
        case .unreadable(let error), .stale(let error): return error
        default: return nil
        }
    }
}
