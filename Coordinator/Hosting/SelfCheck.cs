using System.Net;
using Federated.Coordinator.Options;
using Federated.Core;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Federated.Coordinator.Hosting;

/// <summary>Asks the health service of the node that runs with the same options on this machine; for the health check of a container.</summary>
public static class SelfCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Success when the node serves; else one line on <paramref name="errors"/> and another code of <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(CoordinatorOptions options, TextWriter errors)
    {
        var wildcard = options.Host is "*" or "+" || (IPAddress.TryParse(options.Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
        var target = new UriBuilder(Uri.UriSchemeHttp, wildcard ? "127.0.0.1" : options.Host, options.Port).Uri;
        using var channel = GrpcChannel.ForAddress(target);
        try
        {
            var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + Patience;
            var reply = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), deadline: deadline);
            if (reply.Status == HealthCheckResponse.Types.ServingStatus.Serving) return ExitCodes.Success;
            errors.WriteLine($"The coordinator at {target} is {reply.Status}.");
            return ExitCodes.Failure;
        }
        catch (RpcException e)
        {
            errors.WriteLine($"No coordinator answers at {target} ({e.StatusCode}).");
            return ExitCodes.CoordinatorUnreachable;
        }
    }
}
