import Glibc

/// A thread of ours, joined or detached once.
///
/// Started only after a daemon has forked: a fork keeps no thread but its own. See pthread_create(3).
public struct WorkerThread: ~Copyable {
    private let thread: pthread_t

    /// Starts a thread that runs `body` and ends. `name` says in the error which thread could not be started.
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

    /// Lets the thread go on by itself until it ends.
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
