namespace Federated.Engine.Tests;

/// <summary>A fact that rests on small convolutions and products being right, which on some processors libtorch's are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoundFactAttribute : FactAttribute
{
    public SoundFactAttribute() => Skip = LibtorchArithmetic.Fault;
}

/// <summary>The same of a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoundTheoryAttribute : TheoryAttribute
{
    public SoundTheoryAttribute() => Skip = LibtorchArithmetic.Fault;
}
