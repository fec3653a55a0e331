import Foundation
import Support
import Synchronization
import TestSupport
import Testing

enum SoakTime {
    /// How long a soak takes; nil if there is to be none.
    static let seconds = ProcessInfo.processInfo.environment["ZARRWLR_SOAK_SECONDS"].flatMap(Double.init)
}

extension Mounts {
    /// One mount that is read for a long time. `make soak` runs it.
    @Suite(.enabled(if: SoakTime.seconds != nil, "make soak runs it")) struct Soak {
        /// How much more than in the first fifth of the time a process may have later. The pool of libfuse starts and ends threads as
        /// requests come, each with a buffer of a megabyte.
        private static let tolerance = (memory: 16, descriptors: 8, threads: 2)
        private static let readerCount = 8

        /// What the two processes of a mount had at most.
        private struct Use {
            var monitor = ProcessUse()
            var worker = ProcessUse()

            mutating func add(_ processes: MountProcesses) throws {
                monitor.formMaximum(try ProcessUse(of: processes.monitor))
                worker.formMaximum(try ProcessUse(of: processes.worker))
            }
        }

        private final class Calls: Sendable {
            let count = Atomic<Int>(0)
            let differences = Mutex<[String]>([])
        }

        @Test func `what a mount returns stays right, and what it has of the system does not grow`() throws {
            let seconds = try #require(SoakTime.seconds)
            try TestFiles.withTemporaryDirectory { directory in
                var store = try StoreModel(in: directory)
                var random = RepeatableRandom(seed: 3)
                for _ in 0..<30 { _ = try store.change(&random) }
                let folder = directory.appending(path: "model")
                try store.write(to: folder)
                let (settled, calls) = (store, Calls())
                try MountedStore.with(store.store.path) { mounted in
                    let processes = try #require(try MountProcesses(of: settled.store.path))
                    let (start, end) = (ContinuousClock.now, ContinuousClock.now + .seconds(seconds))
                    let mountpoint = mounted.mountpoint
                    let readers = try WorkerThread(name: "readers") {
                        Parallel.forEach(count: Self.readerCount, threads: Self.readerCount) { number in
                            guard
                                var reader = try? ModelReader(
                                    mountpoint, model: folder, of: settled, seed: UInt64(number))
                            else { return }
                            while ContinuousClock.now < end {
                                if let difference = reader.step() {
                                    calls.differences.withLock { $0.append("reader \(number): \(difference)") }
                                }
                                calls.count.add(1, ordering: .relaxed)
                            }
                        }
                    }
                    var (early, late) = (Use(), Use())
                    while ContinuousClock.now < end {
                        sleep(2)
                        if ContinuousClock.now < start + .seconds(seconds / 5) {
                            try early.add(processes)
                        } else {
                            try late.add(processes)
                        }
                    }
                    readers.join()
                    print("soak: \(calls.count.load(ordering: .relaxed)) series of calls in \(Int(seconds)) s")
                    print("soak: worker: at first \(early.worker); later \(late.worker)")
                    print("soak: monitor: at first \(early.monitor); later \(late.monitor)")
                    let differences = calls.differences.withLock { $0 }
                    #expect(differences.isEmpty, "\(differences.count): \(differences.first ?? "")")
                    for (early, late) in [(early.worker, late.worker), (early.monitor, late.monitor)] {
                        #expect(late.memory <= early.memory + Self.tolerance.memory)
                        #expect(late.descriptors <= early.descriptors + Self.tolerance.descriptors)
                        #expect(late.threads <= early.threads + Self.tolerance.threads)
                    }
                }
            }
        }
    }
}
