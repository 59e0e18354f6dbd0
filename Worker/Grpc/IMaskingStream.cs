using Federated.V1;

namespace Federated.Worker.Grpc;

/// <summary>One client's stream of secure aggregation. One write and one read at a time; they may go side by side. What breaks it is an RpcException or an IOException.</summary>
internal interface IMaskingStream : IDisposable
{
    /// <summary>Sends an answer.</summary>
    Task SendAsync(MaskingAnswer answer);

    /// <summary>The next step; null when the coordinator has ended the stream.</summary>
    /// <returns>Fails with <see cref="Governance.DepartureRefusedException"/> where one came that the policy does not let be answered; the stream goes on.</returns>
    Task<MaskingStep?> NextAsync();
}
