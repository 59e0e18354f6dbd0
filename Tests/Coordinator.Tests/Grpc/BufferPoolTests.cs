using Federated.Coordinator.Grpc;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Coordinator.Tests.Grpc;

public sealed class BufferPoolTests
{
    [Fact]
    public void Returned_buffer_is_rented_again_for_its_own_length_only()
    {
        using var pool = new BufferPool(2, TimeSpan.FromMinutes(1), new FakeTimeProvider());
        var buffer = pool.Rent(10);
        pool.Return(buffer);

        Assert.NotSame(buffer, pool.Rent(9));
        Assert.Same(buffer, pool.Rent(10));
        Assert.NotSame(buffer, pool.Rent(10));
    }

    [Fact]
    public void Full_pool_lets_go_of_the_buffer_that_waited_longest()
    {
        using var pool = new BufferPool(2, TimeSpan.FromMinutes(1), new FakeTimeProvider());
        float[] oldest = pool.Rent(1), second = pool.Rent(2), third = pool.Rent(3);
        foreach (var buffer in new[] { oldest, second, third }) pool.Return(buffer);

        Assert.Equal(2, pool.Idle);
        Assert.NotSame(oldest, pool.Rent(1));
        Assert.Same(second, pool.Rent(2));
        Assert.Same(third, pool.Rent(3));
    }

    [Fact]
    public void Buffers_are_let_go_when_no_upload_came_for_a_while()
    {
        var time = new FakeTimeProvider();
        using var pool = new BufferPool(2, TimeSpan.FromMinutes(1), time);
        pool.Return(pool.Rent(4));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, pool.Idle);

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, pool.Idle);
    }
}
