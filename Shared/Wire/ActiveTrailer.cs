using Grpc.Core;

namespace Federated.Wire;

/// <summary>The trailer by which a coordinator node that does not own the runs says where the one is that does.</summary>
public static class ActiveTrailer
{
    /// <summary>The trailer's name. Its value is a URL of gRPC services, http://host:port.</summary>
    public const string Name = "federated-active";

    /// <summary>The trailers of a refusal.</summary>
    /// <param name="active">URL of the active node.</param>
    public static Metadata Write(Uri active) => new() { { Name, active.GetLeftPart(UriPartial.Authority) } };

    /// <summary>Where the active node is; null when the peer does not say.</summary>
    public static Uri? Read(Metadata trailers) => trailers.GetValue(Name) is { } text ? Parse(text) : null;

    /// <summary>An address that a node gave for itself; null when it is none that a client could be sent to.</summary>
    public static Uri? Parse(string text) =>
        // A trailer takes ASCII alone.
        text.All(char.IsAscii) && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? url
            : null;
}
