import Foundation
import Glibc
import SQLite
import Support
import Synchronization

@testable import Zarr

/// What is tried in a confined process.
///
/// It has Foundation and tests around it, whose threads are not confined; what is tried is tried on the thread that is.
struct ConfinedWork {
    /// The folders of a test: one that may be read, and one that may be changed.
    let store: String
    let cache: String
    /// Whether the process is a command, which manages the second folder and reads all files.
    var isCommand = false

    /// The attempts that must fail, by what was tried, with the errors that are right.
    private var forbidden: [(what: String, errors: [Int32], attempt: () -> Int)] {
        (isCommand ? forbiddenToCommands : forbiddenToWorkers) + forbiddenToAll
    }

    private var forbiddenToWorkers: [(what: String, errors: [Int32], attempt: () -> Int)] {
        let cache = cache
        return [
            ("read a file elsewhere", [EACCES], { Int(open("/etc/passwd", O_RDONLY)) }),
            ("list a folder elsewhere", [EACCES], { Int(open("/etc", O_RDONLY | O_DIRECTORY)) }),
            ("change permissions", [ENOSYS], { Int(chmod("\(cache)", 0o777)) }),
            ("make a folder", [ENOSYS, EACCES], { Int(mkdir("\(cache)/folder", 0o700)) }),
            (
                "allow core files", [ENOSYS, EPERM],
                {
                    var limit = rlimit(rlim_cur: 1, rlim_max: 1)
                    return Int(setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit))
                }
            ),
        ]
    }

    private var forbiddenToCommands: [(what: String, errors: [Int32], attempt: () -> Int)] {
        let (store, cache) = (store, cache)
        return [
            ("make a file elsewhere", [EACCES], { Int(open("/tmp/zarrwlr-escaped", O_WRONLY | O_CREAT, 0o600)) }),
            ("make a folder in the store", [EACCES], { Int(mkdir("\(store)/new", 0o700)) }),
            ("remove a folder of the store", [EACCES], { Int(rmdir("\(store)/folder")) }),
            ("move a file into the store", [EACCES, EXDEV], { Int(rename("\(cache)/file", "\(store)/other")) }),
            ("make a link", [EACCES, ENOSYS], { Int(symlink("/etc/passwd", "\(cache)/link")) }),
            ("change an owner", [ENOSYS], { Int(chown("\(cache)", 0, 0)) }),
        ]
    }

    private var forbiddenToAll: [(what: String, errors: [Int32], attempt: () -> Int)] {
        let (store, cache) = (store, cache)
        return [
            ("write to the store", [EACCES], { Int(open("\(store)/file", O_WRONLY)) }),
            ("make a file in the store", [EACCES], { Int(open("\(store)/new", O_WRONLY | O_CREAT, 0o600)) }),
            ("remove a file of the store", [EACCES], { Int(unlink("\(store)/file")) }),
            ("truncate a file of the store", [EACCES, ENOSYS], { Int(truncate("\(store)/file", 0)) }),
            ("rename a file of the store", [EACCES, ENOSYS], { Int(rename("\(store)/file", "\(store)/other")) }),
            ("make a device", [EACCES, ENOSYS], { Int(mkfifo("\(cache)/fifo", 0o600)) }),
            ("run a program", [ENOSYS], { Self.execute("/bin/true") }),
            ("make a process", [ENOSYS], { Self.call("fork", 0) }),
            ("use the network", [ENOSYS], { Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)) }),
            ("become root", [ENOSYS], { Self.call("syscall", Self.setuidNumber) }),
            ("signal another process", [ENOSYS], { Int(kill(getppid(), SIGCONT)) }),
            ("trace", [ENOSYS], { Self.call("ptrace", 16, Int(getppid())) }),
            ("mount", [ENOSYS], { Self.call("unshare", 0x20000) }),
            (
                "run memory", [ENOSYS],
                {
                    let memory = mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                    return memory == MAP_FAILED ? -1 : 0
                }
            ),
        ]
    }

    /// What went otherwise than it should; empty if all is well.
    func surprises() -> [String] {
        var surprises: [String] = []
        for (what, errors, attempt) in forbidden {
            errno = 0
            let result = attempt()
            let code = errno
            if result >= 0 || !errors.contains(code) { surprises.append("\(what): \(result), errno \(code)") }
        }
        for (what, work) in permitted {
            do { try work() } catch { surprises.append("\(what): \(error)") }
        }
        return surprises
    }

    /// The attempts that must succeed.
    private var permitted: [(what: String, work: () throws -> Void)] {
        (isCommand ? [("read all files", readElsewhere), ("write a recording", writeNode)] : []) + [
            ("read the store", readStore), ("write a database", writeDatabase), ("start threads", startThreads),
            (
                "open a socket of the system log",
                {
                    try require(socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0) >= 0, "socket")
                }
            ),
            ("measure its memory", { try require(open("/proc/self/statm", O_RDONLY) >= 0, "statm") }),
            ("write to nowhere", { try require(open("/dev/null", O_RDWR) >= 0, "null") }),
        ]
    }

    private func readElsewhere() throws {
        try require(open("/etc/passwd", O_RDONLY) >= 0, "passwd")
    }

    /// As an import does: it makes folders and files, syncs them, moves them into place, and removes them again.
    private func writeNode() throws {
        let directory = try DirectoryStore.create(path: "\(cache)/new.zarr")
        try publishNode(in: directory)
        try require(directory.moveNode("0", to: "1"), "move")
        try directory.replace("1/zarr.json", with: [1])
        try directory.removeNode("1")
        try require(directory.children(of: "") == [], "children")
        try DirectoryStore.removeBare(path: "\(cache)/new.zarr", keepsFolder: false)
        try require(access("\(cache)/new.zarr", F_OK) != 0, "removal")
    }

    private func publishNode(in directory: DirectoryStore) throws {
        let node = try directory.stageNode()
        let array = ArrayWriter(in: node, name: "array", .bytes)
        try array.append([1, 2, 3] as [UInt8])
        try array.finish()
        try node.writeGroup(attributes: ["name": "value"])
        try require(node.publish(as: "0"), "publish")
    }

    private func readStore() throws {
        let directory = try DirectoryStore(path: store)
        let value = try directory.get("file", .whole(atMost: 100))
        try require(value.map { Array($0.bytes.bytes) } == Array("audio".utf8), "bytes")
        try require(directory.children(of: "") == ["folder"], "folders")
    }

    private func writeDatabase() throws {
        let database = try Database(path: "\(cache)/database")
        try database.execute("CREATE TABLE facts(number INTEGER)")
        try database.execute("INSERT INTO facts VALUES (?)", forEach: (0..<1000).map { [.integer($0)] })
        let sums = try database.rows("SELECT sum(number) FROM facts") { $0.first?.integer }
        try require(sums == [499_500], "sum")
    }

    private func startThreads() throws {
        let sum = Atomic(0)
        for number in 1...3 {
            let thread = try WorkerThread(name: "\(number)") { sum.add(number, ordering: .relaxed) }
            thread.join()
        }
        try require(sum.load(ordering: .relaxed) == 6, "sum")
    }

    private func require(_ holds: Bool, _ what: String) throws {
        if !holds { throw SystemError("test", what) }
    }

    /// The number of setuid(2). glibc's function would have the other threads make the call, too, which are not confined.
    private static var setuidNumber: Int {
        #if arch(x86_64)
            105
        #else
            146
        #endif
    }

    /// Calls a function of the C library that Swift does not import.
    private static func call(_ name: String, _ first: Int, _ second: Int = 0) -> Int {
        typealias Function = @convention(c) (Int, Int, Int, Int) -> Int32
        guard let symbol = dlsym(nil, name) else { return 0 }
        return Int(unsafeBitCast(symbol, to: Function.self)(first, second, 0, 0))
    }

    private static func execute(_ path: String) -> Int {
        var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
        return Int(execv(path, &arguments))
    }
}
