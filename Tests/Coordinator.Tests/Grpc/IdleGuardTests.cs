using Federated.Coordinator.Grpc;
using Grpc.Core;

namespace Federated.Coordinator.Tests.Grpc;

public sealed class IdleGuardTests
{
    [Fact]
    public async Task Stream_that_is_reset_before_the_call_is_seen_to_be_cancelled_ends_as_cancelled()
    {
        using var guard = new IdleGuard<int>(new Reset(), TimeSpan.FromMinutes(1), TimeProvider.System, CancellationToken.None);

        var error = await Assert.ThrowsAsync<RpcException>(() => guard.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    private sealed class Reset : IAsyncStreamReader<int>
    {
        public int Current => 0;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromException<bool>(new IOException("The client reset the request stream."));
    }
}
