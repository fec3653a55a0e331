import CCurl
import Support
import Synchronization

/// The thread that carries out all transfers of a client. See libcurl-multi(3).
///
/// @unchecked: `multi` is used by the loop's thread alone, but for waking it up, which any thread may do (curl_multi_wakeup(3)).
final class HTTPLoop: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer
    private let connections: Int
    private let orders = Mutex(Orders())

    private struct Orders {
        var added: [HTTPTransfer] = []
        var removed: [HTTPTransfer] = []
        var isEnding = false
    }

    /// libcurl's own initialization, once for the process.
    private static let isInitialized = zwl_global_init() == CURLE_OK

    /// A loop with as many connections at most.
    init(connections: Int) throws(HTTPError) {
        guard Self.isInitialized, let multi = curl_multi_init() else {
            throw HTTPError(.transport, "there is no memory for connections")
        }
        self.multi = multi
        self.connections = connections
        zwl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections)
        zwl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        // Otherwise libcurl keeps four for each transfer under way, and closes the others when a burst is over.
        zwl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        do {
            // The thread keeps the loop until it is told to end.
            try WorkerThread(name: "http") { self.run() }.detach()
        } catch {
            curl_multi_cleanup(multi)
            throw HTTPError(.transport, "no thread can be started for connections", cause: error)
        }
    }

    /// Begins `transfer`, which is told when it has ended.
    func add(_ transfer: HTTPTransfer) {
        give { $0.added.append(transfer) }
    }

    /// Gives up `transfer`.
    func remove(_ transfer: HTTPTransfer) {
        give { $0.removed.append(transfer) }
    }

    /// Ends the thread. All transfers have ended.
    func end() {
        give { $0.isEnding = true }
    }

    private func give(_ order: (inout Orders) -> Void) {
        // Under the lock, since the thread frees `multi` as soon as it is told to end.
        orders.withLock { orders in
            order(&orders)
            curl_multi_wakeup(multi)
        }
    }

    private func run() {
        // Keeps the transfers that libcurl has pointers to.
        var transfers: [UnsafeMutableRawPointer: HTTPTransfer] = [:]
        // Those that wait for others to end, in the order in which they came.
        var waiting: [HTTPTransfer] = []
        while true {
            let orders = orders.withLock { orders in
                defer { orders = Orders(isEnding: orders.isEnding) }
                return orders
            }
            waiting += orders.added
            for transfer in orders.removed {
                if transfers.removeValue(forKey: transfer.easy) != nil {
                    curl_multi_remove_handle(multi, transfer.easy)
                } else {
                    waiting.removeAll { $0 === transfer }
                }
            }
            if orders.isEnding { break }
            let free = waiting.prefix(max(0, connections - transfers.count))
            waiting.removeFirst(free.count)
            for transfer in free {
                transfer.begin()
                guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
                    transfer.finish(CURLE_OUT_OF_MEMORY)
                    continue
                }
                transfers[transfer.easy] = transfer
            }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
                let result = zwl_message_result(message)
                curl_multi_remove_handle(multi, easy)
                transfers.removeValue(forKey: easy)?.finish(result)
            }
            guard waiting.isEmpty || transfers.count >= connections else { continue }
            curl_multi_poll(multi, nil, 0, Self.pollMilliseconds, nil)
        }
        for easy in transfers.keys { curl_multi_remove_handle(multi, easy) }
        curl_multi_cleanup(multi)
    }

    /// How long the thread sleeps if nothing happens; whatever happens wakes it.
    private static let pollMilliseconds: Int32 = 60_000
}
