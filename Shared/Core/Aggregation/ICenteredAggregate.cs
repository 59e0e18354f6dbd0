namespace Federated.Core.Aggregation;

/// <summary>An aggregate that goes on from what the last committed round came to, which the run keeps with the server's state.</summary>
public interface ICenteredAggregate : IUpdateAggregate
{
    /// <summary>As <see cref="IUpdateAggregate.Aggregate"/>, from a centre.</summary>
    /// <param name="result">Receives what the updates come to, and the centre of the next round, shape [U].</param>
    /// <param name="round">1-based.</param>
    /// <param name="center">What the last round came to, shape [U]; empty before the first round.</param>
    void Aggregate(Span<float> result, int round, ReadOnlyMemory<float> center);
}
