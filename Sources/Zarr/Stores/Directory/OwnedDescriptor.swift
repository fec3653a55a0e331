import Glibc

/// A file descriptor, closed when nobody uses it any more.
final class OwnedDescriptor: Sendable {
    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
