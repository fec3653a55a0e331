import Foundation
import Support
import TestSupport
import Testing

@testable import Commands

@Suite struct `The service manager` {
    @Test(arguments: [true, false])
    func `a message has a line for each assignment, to a socket by its path or its abstract name`(
        isAbstract: Bool
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "notify").path
            let socket = try NotifySocket(isAbstract ? "@\(path)" : path)
            let manager = try #require(ServiceManager(socket: socket.name))
            try manager.notify("READY=1", "STATUS=a pond\nMAINPID=1 is mounted")
            #expect(socket.next() == ["READY=1", #"STATUS=a pond\nMAINPID=1 is mounted"#])
        }
    }

    @Test(arguments: ["", "/", "@", "vsock:2:1234", "run/notify", "/" + String(repeating: "a", count: 108)])
    func `no manager is reached by what is no name of a socket`(name: String) {
        #expect(ServiceManager(socket: name) == nil)
    }

    @Test func `a message to a socket that is not there is an error`() throws {
        let manager = try #require(ServiceManager(socket: "/nonexistent/notify"))
        #expect(throws: SystemError.self) { try manager.notify("READY=1") }
    }
}
