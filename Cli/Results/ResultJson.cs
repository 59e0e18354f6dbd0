using System.Text.Encodings.Web;
using System.Text.Json;

namespace Federated.Cli.Results;

/// <summary>The JSON of everything that the command prints or writes for programs: keys in snake_case, one line.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // The output is no HTML: names of clients and sentences stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Line<T>(T value) => JsonSerializer.Serialize(value, Options);
}
