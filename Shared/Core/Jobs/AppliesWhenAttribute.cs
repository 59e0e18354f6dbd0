namespace Federated.Core.Jobs;

/// <summary>The key has an effect only while another key has one of some values. Written where it has none it is an error; the complete job leaves it out
/// there. Several of these on one property must all hold.</summary>
/// <param name="path">The other key's full path, for example <c>training.optimizer.name</c>.</param>
/// <param name="values">The values, as they are written in a job file.</param>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
public sealed class AppliesWhenAttribute(string path, params string[] values) : Attribute
{
    /// <summary>The other key's full path.</summary>
    public string Path { get; } = path;

    /// <summary>The values of the other key.</summary>
    public IReadOnlyList<string> Values { get; } = values;

    /// <summary>Turns the condition round: the key has an effect while the other has none of the values.</summary>
    public bool Not { get; init; }

    /// <summary>Where the key has no effect it may still be written with its default, because that says what happens anyway.</summary>
    public bool DefaultIsFine { get; init; }
}
