import Testing

@testable import FuseBridge
