import Glibc

/// A file descriptor that is closed when the last reference to it is released.
final class OwnedDescriptor: Sendable {
    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
