namespace Federated.Coordinator.Hosting;

/// <summary>The version of this build, for messages to people.</summary>
internal static class ProductVersion
{
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
