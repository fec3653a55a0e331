import Support
import Testing

@testable import VirtualFS

@Suite("The memory of the process")
struct ProcessMemoryTests {
    @Test("is at least what was written to")
    func holds() throws {
        let block = Block(count: 64 << 20) { $0.initializeMemory(as: UInt8.self, repeating: 1) }
        #expect(try #require(ProcessMemory.residentByteCount) >= 64 << 20)
        withExtendedLifetime(block) {}
    }
}
