import Foundation

/// What a process has of the system, as /proc reports it.
struct ProcessUse: CustomStringConvertible {
    /// Memory that is in use, in MiB.
    var memory = 0
    /// Open file descriptors.
    var descriptors = 0
    var threads = 0

    /// Nothing.
    init() {}

    /// What the process `process` has now.
    init(of process: pid_t) throws {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        func number(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
            return line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
        }
        memory = number("VmRSS") / 1024
        threads = number("Threads")
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    }

    /// The larger of each.
    mutating func formMaximum(_ other: ProcessUse) {
        memory = max(memory, other.memory)
        descriptors = max(descriptors, other.descriptors)
        threads = max(threads, other.threads)
    }

    var description: String { "\(memory) MiB, \(descriptors) descriptors, \(threads) threads" }
}
