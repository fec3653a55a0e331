import Foundation

/// Waits until `condition` holds, but no longer than half a minute, and returns whether it does. For conditions that another thread or
/// process fulfils some time later.
public func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<3_000 {
        if try condition() { return true }
        usleep(10_000)
    }
    return try condition()
}
