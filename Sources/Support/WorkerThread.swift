import Glibc

/// A thread that is either joined or detached, once.
///
/// A daemon starts threads only after its fork: the child has no thread but the one that forked. See pthread_create(3).
public struct WorkerThread: ~Copyable {
    private let thread: pthread_t

    /// Starts a thread that runs `body` and then ends. `name` appears in the error if the thread cannot be started.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = Unmanaged.passRetained(Start(body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError("pthread_create", name, code: code)
        }
        self.thread = thread
    }

    /// Waits until the thread has ended.
    public consuming func join() {
        pthread_join(thread, nil)
    }

    /// Lets the thread run by itself until it ends.
    public consuming func detach() {
        pthread_detach(thread)
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
