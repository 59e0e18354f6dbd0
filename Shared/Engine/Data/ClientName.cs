namespace Federated.Engine.Data;

/// <summary>Names of clients, as data has them.</summary>
internal static class ClientName
{
    /// <summary>What is wrong with a name, as a sentence; null where nothing is.</summary>
    public static string? Fault(string name) => name.Length is 0 or > 256 || name.Any(char.IsControl)
        ? "a client's name has 1 to 256 characters, none of them a control character: fill it in, or leave the row out." : null;
}
