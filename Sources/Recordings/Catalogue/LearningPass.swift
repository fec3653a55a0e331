import Support
import Synchronization

import func Glibc.usleep

/// A pass over a catalogue that lists all groups and learns all recordings, on several threads.
///
/// Groups are listed and learned one after another, so that few recordings at a time are found and not learned yet.
/// Requests take precedence: a pass pauses while a group is listed for a request, and learns the group that a request
/// waits for first.
final class LearningPass: Sendable {
    private static let pauseMicroseconds: UInt32 = 500

    private struct State {
        /// Groups to be listed, the next one last.
        var groups: [CatalogueGroup]
        /// Groups that are listed, whose recordings are to be learned.
        var listed: [GroupContents] = []
        /// The next page of the last of these.
        var nextPage = 0
        /// Threads that are listing a group, which may add work.
        var listingCount = 0
        /// Threads that wait for work.
        var idle: [Semaphore] = []
    }

    private enum Work {
        case list(CatalogueGroup)
        case learn(GroupContents, page: Int)
        case wait(Semaphore)
        case end
    }

    private let progress: CatalogueProgress
    private let state: Mutex<State>

    /// A pass over `root` and all that lies in it.
    init(from root: CatalogueGroup, progress: CatalogueProgress) {
        self.progress = progress
        state = Mutex(State(groups: [root]))
    }

    /// Returns when everything is listed and learned.
    func run(threads: Int) {
        Parallel.forEach(count: threads, threads: threads) { _ in self.work() }
    }

    private func work() {
        while !Cancellation.isRequested {
            pause()
            if let wanted = progress.takeWantedPage() {
                wanted.contents.learnPage(wanted.page, beforeEach: pause)
                continue
            }
            switch nextWork() {
            case .list(let group): add(group.listInBackground())
            case .learn(let contents, let page): contents.learnPage(page, beforeEach: pause)
            case .wait(let semaphore): _ = semaphore.waitUnlessCancelled()
            case .end: return
            }
        }
    }

    /// Leaves the processors to requests that wait for a group.
    private func pause() {
        while progress.isListingUrgent, !Cancellation.isRequested { usleep(Self.pauseMicroseconds) }
    }

    private func nextWork() -> Work {
        state.withLock { state in
            while let contents = state.listed.last {
                if state.nextPage < contents.pageCount {
                    defer { state.nextPage += 1 }
                    return .learn(contents, page: state.nextPage)
                }
                state.listed.removeLast()
                state.nextPage = 0
            }
            if let group = state.groups.popLast() {
                state.listingCount += 1
                return .list(group)
            }
            guard state.listingCount > 0 else { return .end }
            let semaphore = Semaphore()
            state.idle.append(semaphore)
            return .wait(semaphore)
        }
    }

    private func add(_ contents: GroupContents) {
        let idle = state.withLock { state in
            state.listingCount -= 1
            state.groups += contents.groups.reversed()
            // At the front, since the last one is being learned.
            state.listed.insert(contents, at: 0)
            defer { state.idle = [] }
            return state.idle
        }
        for semaphore in idle { semaphore.signal() }
    }
}
