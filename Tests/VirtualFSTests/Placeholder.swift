import Testing

@testable import VirtualFS
